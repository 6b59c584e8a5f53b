"""Page values: what a template shows, taken from the library. No HTML and no requests here."""
