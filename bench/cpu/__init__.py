"""The sender's own work for a mail."""
