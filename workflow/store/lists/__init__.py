"""Lists, counts and boards of cases, each within what its reader may see."""
