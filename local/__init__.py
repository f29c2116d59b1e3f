"""What ``make local`` runs: the emulator, the mail catcher, the API's short address and the demo tenant."""
