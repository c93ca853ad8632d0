"""Fisher Lab: see the Fisher information matrix.  Start with ``streamlit run app.py``.

Navigation and nothing else: the course in reading order, and the pages that are written.
"""

import fisher_app  # noqa: F401  (before numpy, see there)

# isort: split
import pandas  # noqa: F401  (imported whole before any session needs it: two sessions importing it at once is a known race)
import streamlit as st

from fisher_app.course import Course, Entry, open_course
from fisher_app.start import freeze_imports

COURSE = Course([
    Entry("score", "Score and covariance", "At the true parameter the score averages to zero; its covariance is the Fisher matrix.", "pages/score.py"),
    Entry("identity", "Fisher–Hessian identity", "Squared slope and negative curvature have one average, if the model is right.", "pages/identity.py"),
    Entry("kl", "KL curvature", "Near θ, KL is a bowl whose matrix is F; the fit breaks at third order.", "pages/kl.py"),
    Entry("bound", "Cramér–Rao bound", "No unbiased estimator beats 1/(nI); the MLE approaches it."),
    Entry("forecast", "Forecasts", "Before taking data, F says how well you will measure, and which combinations you cannot."),
    Entry("geometry", "Geometry and Jeffreys", "The Fisher matrix is a ruler that all coordinates agree on."),
    Entry("natural-gradient", "Natural gradient", "Gradient descent depends on how you name the parameters; natural gradient flow does not."),
    Entry("recipe", "Data, labels, actions", "Whatever a model produces, F is the covariance of the score under its own output.", "pages/recipe.py"),
    Entry("sampling", "Exact, sampled, empirical", "Draw labels from the model and you get Fisher; plug in the observed ones and you get something else.", "pages/sampling.py"),
    Entry("ewc", "EWC landscape", "EWC leaves task A along A's flat directions; L2 cannot tell flat from steep.", "pages/ewc.py"),
    Entry("digits", "EWC on a real network", "Importance weights from A let one small network learn B and keep most of A; how much depends on λ, which Fisher, and luck.", "pages/digits.py"),
    Entry("six-ways", "Six ways to compute it", "One letter F, six programs, and the best λ moves by six decades between them.", "pages/six-ways.py"),
    Entry("many-tasks", "Many tasks", "One running penalty is exact; a spring per task counts the first task again and again.", "pages/many-tasks.py"),
    Entry("capacity", "Capacity", "EWC turns slow forgetting of the old into even ageing of all.", "pages/capacity.py"),
    Entry("bugs", "Spot the bug", "Wrong information still draws a plausible picture; one independent check catches it."),
])  # fmt: skip

st.set_page_config(page_title="Fisher Lab", page_icon="📐", layout="wide")
open_course(COURSE)

lessons = [st.Page(e.page, title=e.title, url_path=e.slug) for e in COURSE.entries if e.page]
page = st.navigation({"": [st.Page("pages/home.py", title="Fisher Lab", default=True)], "Lessons": lessons}, position="top")
st.session_state["entered"] = True
if "go" in st.session_state:
    target, query = st.session_state.pop("go")
    st.switch_page(target, query_params=query)
page.run()
freeze_imports()
