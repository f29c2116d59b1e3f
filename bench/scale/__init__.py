"""How cost, conflicts and waiting grow with accounts, messages, senders and noisy neighbours."""
