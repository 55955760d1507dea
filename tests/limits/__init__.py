"""What the worst inputs that are allowed cost the service, and a quiet user beside them: `make limits`."""
