"""One module per lesson: which core calls feed which figure.  No words, no drawing, no streamlit."""
