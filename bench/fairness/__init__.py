"""How far accounts are off their shares."""
