"""Arrays in, scenes out: one module per lesson.  No formula of the subject here, and no streamlit."""
