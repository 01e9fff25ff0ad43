"""Sans-I/O rewriting of HTML, and the sandboxed block renderer."""
