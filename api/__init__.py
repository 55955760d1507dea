"""Every way in: HTTP and the command line, assembled in one place."""
