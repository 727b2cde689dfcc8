"""What the agent sees: arguments read loosely, the desk asked, the answer spoken."""
