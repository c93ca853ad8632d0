"""Fisher Lab: the frame that lessons fill in, the stage that shows them, the palette."""
