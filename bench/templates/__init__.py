"""Filling in a template: in the sender's own process, and in one that a template may wreck."""
