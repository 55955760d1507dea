"""The way in over HTTP: what is asked, what is answered, to whom, within which bounds."""
