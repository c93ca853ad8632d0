"""Sources that the pages cite, once each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    text: str
    href: str | None = None

    def wire(self) -> dict[str, str | None]:
        return {"text": self.text, "href": self.href}


def _doi(text: str, doi: str) -> Source:
    return Source(f"{text} doi:{doi}", f"https://doi.org/{doi}")


def _arxiv(text: str, number: str) -> Source:
    return Source(f"{text} arXiv:{number}", f"https://arxiv.org/abs/{number}")


SOURCES = {
    "LI": Source("Y.-H. Liao (2019). Fisher Information Matrix.", "https://andrewliao11.github.io/blog/fisher-info-matrix"),
    "WO1": Source("A. Kristiadi (2018). Fisher Information Matrix.", "https://wiseodd.github.io/techblog/2018/03/11/fisher-information"),
    "WO2": Source("A. Kristiadi (2018). Natural Gradient Descent.", "https://wiseodd.github.io/techblog/2018/03/14/natural-gradient"),
    "DU": Source("J. Duchi. Statistics 311 lecture notes: Fisher information."),
    "KI": _doi("J. Kirkpatrick et al. (2017). Overcoming catastrophic forgetting in neural networks. PNAS 114, 3521.", "10.1073/pnas.1611835114"),
    "HU": _doi("F. Huszár (2018). Note on the quadratic penalties in elastic weight consolidation. PNAS 115, E2496.", "10.1073/pnas.1717042115"),
    "HR": _doi("J. Kirkpatrick et al. (2018). Reply to Huszár: The elastic weight consolidation penalty is empirically valid. PNAS 115, E2498.", "10.1073/pnas.1800157115"),
    "SC": _arxiv("J. Schwarz et al. (2018). Progress & Compress.", "1805.06370"),
    "KU": _arxiv("F. Kunstner, L. Balles, P. Hennig (2019). Limitations of the empirical Fisher approximation.", "1905.12558"),
    "VV": _arxiv("G. van de Ven (2025). On the computation of the Fisher information in continual learning.", "2502.11756"),
    "MA": _arxiv("J. Martens (2020). New insights and perspectives on the natural gradient method.", "1412.1193"),
    "AM": _doi("S. Amari (1998). Natural gradient works efficiently in learning. Neural Computation 10, 251.", "10.1162/089976698300017746"),
    "LY": _arxiv("A. Ly et al. (2017). A tutorial on Fisher information.", "1705.01064"),
    "WI": _arxiv("D. Wittman (2025). Fisher matrix for beginners.", "2510.09683"),
    "CO": _arxiv("D. Coe (2009). Fisher matrices and confidence ellipses: a quick-start guide.", "0906.4123"),
    "BO": Source("L. von Bortkiewicz (1898). Das Gesetz der kleinen Zahlen. Teubner, Leipzig."),
    "RU": _doi("E. Rutherford, H. Geiger (1910). The probability variations in the distribution of α particles. Phil. Mag. 20, 698.", "10.1080/14786441008636955"),
    "NE": _doi("S. M. Stigler (1977). Do robust estimators work with real data? Ann. Statist. 5, 1055 (Newcomb's measurements).", "10.1214/aos/1176343997"),
    "KA": Source("S. Kakade (2001). A natural policy gradient. Advances in Neural Information Processing Systems 14, 1531."),
    "TR": _arxiv("J. Schulman et al. (2015). Trust region policy optimization.", "1502.05477"),
    "DA": _doi("S. R. Dalal, E. B. Fowlkes, B. Hoadley (1989). Risk analysis of the Space Shuttle. JASA 84, 945.", "10.1080/01621459.1989.10478858"),
}  # fmt: skip
