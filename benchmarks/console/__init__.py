"""How fast the console's pages are over a full database, and what two hundred open ones cost."""
