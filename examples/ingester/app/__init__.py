"""Takes readings in, drops the ones it has seen, keeps the rest."""
