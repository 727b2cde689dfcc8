"""What a receptionist knows, free of transports, HTTP and SQL."""
