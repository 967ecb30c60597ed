# Group-sequential bounds, power, conditional power and final analysis: package rpact (recursive
# integration of its own), and multivariate normal probabilities of package mvtnorm (Miwa's
# algorithm) at bounds given here; posterior and exact binomial tails by R itself.
# Run in this folder: Rscript interim.R. Debian packages: r-base-core r-cran-rpact r-cran-mvtnorm r-cran-jsonlite
suppressMessages({library(rpact); library(mvtnorm); library(jsonlite)})
o <- list(R = R.version.string, rpact = as.character(packageVersion("rpact")),
          mvtnorm = as.character(packageVersion("mvtnorm")))
tight <- 1e-10
bounds <- function(t, type, alpha, sided, gamma = NA) {
  arguments <- list(kMax = length(t), alpha = alpha, sided = sided, informationRates = t,
                    typeOfDesign = type, tolerance = tight)
  if (!is.na(gamma)) arguments$gammaA <- gamma
  d <- do.call(getDesignGroupSequential, arguments)
  list(fraction = t, type = type, alpha = alpha, sides = sided, gamma = gamma,
       z = d$criticalValues, spent = d$alphaSpent)
}
uneven <- list(c(.2, .4, .6, .8, 1), c(.5, .75, 1), c(.13, .2, .71, 1), 1, c(.3, .95, 1))
o$bounds <- list()
for (t in uneven) for (sided in 1:2) for (kind in list(
    list("asOF", NA), list("asP", NA), list("asHSD", -4), list("asHSD", 1.5), list("asKD", 3), list("asKD", .5)))
  o$bounds[[length(o$bounds) + 1]] <- bounds(t, kind[[1]], .025 * sided, sided, kind[[2]])
for (k in c(2, 5, 10)) for (kind in c("OF", "P")) for (alpha in c(.01, .05, .1))
  o$bounds[[length(o$bounds) + 1]] <- bounds((1:k) / k, kind, alpha, 2)

# First crossing above and below at each look: differences of multivariate normal probabilities.
crossing <- function(information, upper, lower, drift) {
  k <- length(information)
  root <- sqrt(information)
  correlation <- outer(root, root, function(a, b) pmin(a, b) / pmax(a, b))
  first <- function(j, from, to) {
    low <- c(lower[seq_len(j - 1)], from); high <- c(upper[seq_len(j - 1)], to)
    if (j == 1) return(pnorm(to - drift * root[1]) - pnorm(from - drift * root[1]))
    pmvnorm(low, high, drift * root[1:j], correlation[1:j, 1:j], algorithm = Miwa(steps = 4097))[1]
  }
  list(information = information, upper = upper, lower = lower, drift = drift,
       above = sapply(1:k, function(j) first(j, upper[j], Inf)),
       below = sapply(1:k, function(j) first(j, -Inf, lower[j])))
}
o$crossing <- list(
  crossing(c(.2, .5, 1), c(2.5, 2.2, 2), -c(2.5, 2.2, 2), 0),
  crossing(c(.2, .5, 1), c(2.5, 2.2, 2), -c(2.5, 2.2, 2), 2.8),
  crossing(c(30, 41, 77, 100), c(3, 2.7, 2.3, 2.05), c(-1, -.2, .8, 2.05), .25),
  crossing(c(30, 41, 77, 100), c(3, 2.7, 2.3, 2.05), c(-1, -.2, .8, 2.05), -.1))

# Bounds for a benefit with non-binding bounds for futility.
f <- getDesignGroupSequential(kMax = 4, alpha = .025, beta = .1, sided = 1, informationRates = (1:4) / 4,
  typeOfDesign = "asOF", typeBetaSpending = "bsHSD", gammaB = -2, bindingFutility = FALSE, tolerance = tight)
o$futility <- list(z = f$criticalValues, lower = f$futilityBounds, drift = sqrt(getDesignCharacteristics(f)$shift))

# Power, drift for a power, mean information.
d <- getDesignGroupSequential(kMax = 3, alpha = .05, beta = .1, sided = 2, informationRates = c(.4, .7, 1),
                              typeOfDesign = "asOF", tolerance = tight)
shift <- getDesignCharacteristics(d)
one <- getDesignGroupSequential(kMax = 3, alpha = .025, beta = .1, sided = 1, informationRates = c(.4, .7, 1),
                                typeOfDesign = "asOF", tolerance = tight)
power <- getPowerAndAverageSampleNumber(one, theta = c(0, .3, .5), nMax = 36)
o$power <- list(fraction = c(.4, .7, 1), drift_for_90 = sqrt(getDesignCharacteristics(one)$shift),
                drift = c(0, .3, .5) * 6, power = power$overallReject,
                expected_fraction = power$averageSampleNumber / 36)

# End of a study at its second look: stage-wise p value, median-unbiased hazard ratio and limits,
# repeated confidence interval. Events are four times the information.
events <- c(160, 280, 400)
log_rank <- c(1.4, 2.9)
s <- getDataset(overallEvents = events[1:2], overallLogRanks = log_rank)
a <- getAnalysisResults(one, s, directionUpper = TRUE, tolerance = 1e-10)
o$final <- list(information = events[1:2] / 4, z = log_rank, p = a$finalPValues[2],
                estimate = log(a$medianUnbiasedEstimates[2]),
                lower = log(a$finalConfidenceIntervalLowerBounds[2]),
                upper = log(a$finalConfidenceIntervalUpperBounds[2]),
                repeated_lower = log(a$repeatedConfidenceIntervalLowerBounds[2]),
                repeated_upper = log(a$repeatedConfidenceIntervalUpperBounds[2]))
# Conditional power with two looks to come, by the bivariate normal law of the rest.
z <- 1.4; now <- 40; ahead <- c(70, 100)
of <- function(theta) {
  at <- z * sqrt(now) + theta * (ahead - now)
  correlation <- matrix(sqrt(30 / 60), 2, 2); diag(correlation) <- 1
  need <- (one$criticalValues[2:3] * sqrt(ahead) - at) / sqrt(ahead - now)
  pnorm(need[1], lower.tail = FALSE) + pmvnorm(c(-Inf, need[2]), c(need[1], Inf), sigma = correlation)[1]
}
o$conditional <- list(z = z, effects = c(0, z / sqrt(now), .4), power = c(of(0), of(z / sqrt(now)), of(.4)))
trend <- z / sqrt(now)
o$conditional$predictive <- integrate(function(u) sapply(u, of) * dnorm(u, trend, 1 / sqrt(now)),
                                      trend - 1.5, trend + 1.5, rel.tol = 1e-10)$value

x <- expand.grid(events = 0:6, n = c(20, 50), rate = c(.02, .05, .1))
x$jeffreys <- pbeta(x$rate, .5 + x$events, .5 + x$n - x$events, lower.tail = FALSE)
x$uniform <- pbeta(x$rate, 1 + x$events, 1 + x$n - x$events, lower.tail = FALSE)
x$tail <- pbinom(x$events - 1, x$n, x$rate, lower.tail = FALSE)
o$safety <- x
write_json(o, "answers/interim.json", digits = 15, auto_unbox = TRUE, na = "null")
