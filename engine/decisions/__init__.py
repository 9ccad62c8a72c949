"""What people decided about sites, in `.rewright/decisions.yaml`: values, text, file, and what became of them."""
