"""Lives: how long customers stay, when they leave, how many will still be there."""
