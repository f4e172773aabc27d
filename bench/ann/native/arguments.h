// Arguments of the bench programs: --name value pairs, and a main that turns what is thrown into one line.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>

namespace sepet::bench {

class Arguments {
 public:
  Arguments(int count, char** values) {
    for (int i = 1; i < count; i += 2) {
      const std::string name = values[i];
      if (!name.starts_with("--") || i + 1 >= count) throw std::runtime_error(name + " wants a value");
      values_[name.substr(2)] = values[i + 1];
    }
  }

  std::string Text(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::runtime_error("--" + name + " is missing");
    return found->second;
  }
  bool Has(const std::string& name) const { return values_.contains(name); }
  size_t Number(const std::string& name) const { return std::stoull(Text(name)); }
  size_t Number(const std::string& name, size_t otherwise) const {
    return Has(name) ? Number(name) : otherwise;
  }
  double Real(const std::string& name, double otherwise) const {
    return Has(name) ? std::stod(Text(name)) : otherwise;
  }

 private:
  std::map<std::string, std::string> values_;
};

// Runs the program; 1 and a sentence on the error stream where it throws.
template <typename Program>
int Main(int count, char** values, Program program) {
  try {
    program(Arguments(count, values));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace sepet::bench
