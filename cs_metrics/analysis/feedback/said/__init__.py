"""What people wrote, wherever they did: themes, quotations, search, and personal data masked."""
