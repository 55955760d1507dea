"""The console: what pages show to whom, how a session begins and ends, and that a browser is enough."""
