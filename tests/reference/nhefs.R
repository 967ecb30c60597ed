# What If, chapter 17, by weighted Kaplan-Meier: survival at 120 months of quitters and others under stabilised ATE weights.
# Writes answers/nhefs.json. Run in this folder: Rscript nhefs.R (r-base-core, r-cran-survival, r-cran-jsonlite)
suppressMessages({library(survival); library(jsonlite)})
d <- read.csv("../data/nhefs.csv"); d$time <- ifelse(d$death==0, 120, (d$yrdth-83)*12 + d$modth)
f <- glm(arm ~ sex + race + age + I(age^2) + factor(education) + smokeintensity + I(smokeintensity^2) + smokeyrs + I(smokeyrs^2) +
  factor(exercise) + factor(active) + wt71 + I(wt71^2), binomial, d, control=glm.control(epsilon=1e-12))
p <- fitted(f); w <- ifelse(d$arm==1, mean(d$arm)/p, (1-mean(d$arm))/(1-p))
s <- summary(survfit(Surv(time, death) ~ arm, d, weights=w, cluster=seq_along(w), robust=TRUE), times=120)
write_json(list(R=R.version.string, survival=as.character(packageVersion("survival")), survival_at_120=s$surv, se_weights_known=s$std.err,
  weights=c(min(w), mean(w), max(w))), "answers/nhefs.json", digits=12, auto_unbox=TRUE)
