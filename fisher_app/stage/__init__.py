"""The stage: what a lesson's figure is made of (``scene``), and the component that shows it (``component``)."""
