"""Pages on which cases are opened and worked on."""
