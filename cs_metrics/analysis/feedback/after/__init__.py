"""What accounts did after they answered: how long they stayed, what they bought and asked, what is at risk."""
