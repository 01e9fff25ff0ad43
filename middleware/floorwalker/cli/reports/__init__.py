"""What commands print: text for people, aligned and calm; other tools' formats."""
