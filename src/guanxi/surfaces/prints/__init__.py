"""What people print: templates of blocks and of Word files, filled from records as far as the reader may see them."""
