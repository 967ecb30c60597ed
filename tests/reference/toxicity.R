# Proportions, rates, mean cumulative counts and logistic regressions of clustered rows with weights.
# Run in this folder: Rscript toxicity.R. Debian packages: r-base-core r-cran-survival r-cran-survey
# r-cran-geepack r-cran-mets r-cran-jsonlite
suppressMessages({library(survival); library(survey); library(geepack); library(mets); library(jsonlite)})
version <- function(p) as.character(packageVersion(p))
o <- list(R = R.version.string, survival = version("survival"), survey = version("survey"),
          geepack = version("geepack"), mets = version("mets"))
set.seed(11)
n <- 60
d <- data.frame(row = seq_len(n), cluster = rep(seq_len(40), length.out = n), arm = rbinom(n, 1, .5),
                weight = round(runif(n, .4, 2.5), 3), end = round(runif(n, 2, 20), 4),
                dead = rbinom(n, 1, .4), dose = round(runif(n, 0, 30), 2))
d$toxic <- rbinom(n, 1, plogis(-2 + .1 * d$dose))
k <- rpois(n, 1.2)
e <- do.call(rbind, lapply(seq_len(n), function(i)
  if (k[i]) data.frame(row = i, time = sort(round(runif(k[i], 0, d$end[i]), 5)))))
o$rows <- d
o$events <- e

# Proportions and rates of arm 1, patients as clusters; the factor G/(G - 1) is survey's.
s <- subset(d, arm == 1)
s$number <- sapply(s$row, function(i) sum(e$row == i))
design <- svydesign(~cluster, weights = ~weight, data = s)
p <- svymean(~toxic, design)
beta <- function(df) {  # svyciprop(method = "beta") with these degrees of freedom
  q <- as.numeric(coef(p)); m <- q * (1 - q) / as.numeric(vcov(p)) * (qt(.025, Inf) / qt(.025, df))^2
  c(qbeta(.025, m * q, m * (1 - q) + 1), qbeta(.975, m * q + 1, m * (1 - q)))
}
r <- svyratio(~number, ~end, design)
o$survey <- list(clusters = length(unique(s$cluster)), rows = nrow(s), df = degf(design),
  proportion = as.numeric(coef(p)), proportion_se = as.numeric(SE(p)),
  beta = as.numeric(attr(svyciprop(~toxic, design, method = "beta"), "ci")),
  beta_normal = beta(Inf), beta_t = beta(degf(design)),
  rate = as.numeric(coef(r)), rate_se = as.numeric(SE(r)))

# Mean counts without death: the Nelson-Aalen sum of survfit, robust, of all rows.
times <- c(4, 8, 15)
parts <- do.call(rbind, lapply(seq_len(n), function(i) {
  own <- e$time[e$row == i]
  data.frame(row = i, start = c(0, own), stop = c(own, d$end[i]),
             event = c(rep(1, length(own)), 0), died = c(rep(0, length(own)), d$dead[i]))
}))
parts <- merge(parts, d, by = "row")
parts <- parts[order(parts$row, parts$start), ]
f <- summary(survfit(Surv(start, stop, event) ~ 1, parts, weights = weight, id = row,
                     cluster = cluster, robust = TRUE), times = times)
o$without_death <- list(times = times, count = f$cumhaz, se = f$std.chaz)

# With death, unweighted, each row its own cluster: the Ghosh-Lin estimate of mets and its error.
xr <- phreg(Surv(start, stop, event) ~ cluster(row), data = parts)
dr <- phreg(Surv(start, stop, died) ~ cluster(row), data = parts)
m <- recurrentMarginal(xr, dr)
at <- sapply(times, function(t) max(which(m$times <= t)))
o$with_death <- list(count = as.numeric(m$mu[at]), se = as.numeric(m$se.mu[at]))

# Logistic regressions of the dose and the arm.
o$gee <- list()
d <- d[order(d$cluster), ]
for (structure in c("independence", "exchangeable")) {
  g <- geeglm(toxic ~ dose + arm, family = binomial, data = d, id = cluster, corstr = structure,
              control = geese.control(epsilon = 1e-12, maxit = 200))
  o$gee[[structure]] <- list(dose = as.numeric(coef(g)["dose"]),
                             se = summary(g)$coefficients["dose", "Std.err"])
}
write_json(o, "answers/toxicity.json", digits = 14, auto_unbox = TRUE, pretty = FALSE, na = "null")
