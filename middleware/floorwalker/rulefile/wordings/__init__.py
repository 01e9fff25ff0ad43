"""What people write first: the words and forms of other tools and tongues, and what they are called here."""
