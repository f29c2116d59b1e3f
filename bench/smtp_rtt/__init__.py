"""Mails per second over one connection to a server that is 30 ms away."""
