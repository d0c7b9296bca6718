// The gradients of benches/peers/scalar_tapes.py by CoDiPack. `with_codipack rosenbrock 1000` prints numbers that all
// programs should find, and then answers lines `gradient 2 10` on standard input, of warm-up and timed gradients, with
// the seconds that the timed ones took; `bytes` with the memory of tape and adjoints. The functions are those of benches/peers/src/functions.rs.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <codi.hpp>

using Real = codi::RealReverse;
using Numbers = std::vector<Real>;

static std::vector<double> spread(size_t n, double low, double width) {
  std::vector<double> x(n);
  for (size_t i = 0; i < n; ++i) x[i] = low + width * (static_cast<double>(i * 7919 % 101) / 101.0);
  return x;
}

static Real rosenbrock(const Numbers& x) {
  Real sum = 0.0;
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    Real a = x[i + 1] - x[i] * x[i], b = x[i] - 1.0;
    sum += 100.0 * (a * a) + b * b;
  }
  return sum;
}

static Real helmholtz(const Numbers& x) {
  const size_t n = x.size();
  Real bx = 0.0;
  for (size_t i = 0; i < n; ++i) bx += x[i] * (0.1 / n * (1.0 + static_cast<double>(i) / n));
  Real free = 1.0 - bx, entropy = 0.0, energy = 0.0;
  for (size_t i = 0; i < n; ++i) entropy += x[i] * log(x[i] / free);
  for (size_t i = 0; i < n; ++i) {
    Real row = 0.0;
    for (size_t j = 0; j < n; ++j) row += x[j] * (1.0 / (1.0 + i + j));
    energy += x[i] * row;
  }
  const double root = std::sqrt(2.0);
  Real ratio = (1.0 + bx * (1.0 + root)) / (1.0 + bx * (1.0 - root));
  return 8.314 * entropy - energy / (std::sqrt(8.0) * bx) * log(ratio);
}

static Real rectified(const Real& x) { return x.getValue() > 0.0 ? x : Real(0.0); }

static Real unit(const Real* weights, const Numbers& inputs) {
  Real sum = weights[inputs.size()];
  for (size_t i = 0; i < inputs.size(); ++i) sum += weights[i] * inputs[i];
  return sum;
}

static Real perceptron(const Numbers& p) {
  Numbers first(16), second(16);
  for (size_t i = 0; i < 16; ++i) first[i] = rectified(0.7 * p[3 * i] + p[3 * i + 2] - 0.3 * p[3 * i + 1]);
  for (size_t i = 0; i < 16; ++i) second[i] = rectified(unit(&p[48 + 17 * i], first));
  return unit(&p[48 + 16 * 17], second);
}

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::string name = arguments[1];
  const size_t n = std::stoul(arguments[2]);
  const double size = static_cast<double>(n);
  const std::vector<double> point = name == "rosenbrock"  ? spread(n, 1.2, 0.5)
                                    : name == "helmholtz" ? spread(n, 1.2 / size, 0.5 / size)
                                                          : spread(337, 0.1, 1.0);
  Real (*const function)(const Numbers&) = name == "rosenbrock" ? rosenbrock : name == "helmholtz" ? helmholtz : perceptron;
  Real::Tape& tape = Real::getTape();
  Numbers x(point.size());
  std::vector<double> gradient(point.size());
  auto compute = [&]() {
    tape.reset();
    tape.setActive();
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] = point[i];
      tape.registerInput(x[i]);
    }
    Real y = function(x);
    tape.registerOutput(y);
    tape.setPassive();
    y.setGradient(1.0);
    tape.evaluate();
    for (size_t i = 0; i < x.size(); ++i) gradient[i] = x[i].getGradient();
    return y.getValue();
  };
  const double value = compute();
  double squares = 0.0;
  for (double g : gradient) squares += g * g;
  std::printf("check %.17g %.17g\n", value, std::sqrt(squares));
  std::fflush(stdout);
  std::string kind;
  size_t warm_up, timed;
  while (std::cin >> kind) {
    if (kind == "bytes") {
      std::printf("%.9g\n", tape.getTapeValues().getUsedMemorySize());
      std::fflush(stdout);
      continue;
    }
    if (!(std::cin >> warm_up >> timed)) break;
    for (size_t i = 0; i < warm_up; ++i) compute();
    const auto start = std::chrono::steady_clock::now();
    for (size_t i = 0; i < timed; ++i) compute();
    std::printf("%.9g\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    std::fflush(stdout);
  }
}
