"""Forms of events: their fields from an event's markers, and the body of the API from what was filled in."""
