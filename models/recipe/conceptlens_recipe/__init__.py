"""The recipe of ConceptLens: builds the starter knowledge base and trains the linker. Not shipped to users."""
