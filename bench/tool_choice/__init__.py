"""Whether a model, or anything else, chooses the right tool and arguments for what a caller says."""
