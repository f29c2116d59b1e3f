"""Those who send, each in a process of its own: ours and its rivals, with the same mails."""
