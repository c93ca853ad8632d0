"""The parametric families, one file each. A new one is a file and a line below; tests and pages find it here."""

from __future__ import annotations

from fisher_core.families.bernoulli import Bernoulli
from fisher_core.families.beta import Beta
from fisher_core.families.categorical import Categorical
from fisher_core.families.cauchy import Cauchy
from fisher_core.families.exponential import Exponential
from fisher_core.families.gamma import Gamma
from fisher_core.families.laplace import Laplace
from fisher_core.families.logistic import Logistic
from fisher_core.families.normal import Normal
from fisher_core.families.normal_mean import NormalMean
from fisher_core.families.poisson import Poisson
from fisher_core.families.student_t import StudentT
from fisher_core.families.uniform import Uniform
from fisher_core.families.weibull import Weibull
from fisher_core.family import Family

FAMILIES: dict[str, Family] = {
    family.key: family
    for family in (
        Bernoulli(),
        Categorical(),
        Poisson(),
        Exponential(),
        Normal(),
        NormalMean(),
        Gamma(),
        Beta(),
        Weibull(),
        Cauchy(),
        Laplace(),
        Logistic(),
        StudentT(),
        Uniform(),
    )
}
