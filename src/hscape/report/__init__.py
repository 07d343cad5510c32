"""One self-contained page for people: what was read, what looks wrong, what the rules say, and pictures."""
