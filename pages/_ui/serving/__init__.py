"""The server around the pages: who is here, what goes up and down beside them, its logs and its health."""
