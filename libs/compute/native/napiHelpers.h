/**
 * Short forms of Node-API: arguments in, numbers and strings out, functions onto the exports
 * object.
 */
#pragma once

#include <node_api.h>

#include <cstdint>

namespace blurcycle {

/**
 * The arguments of one call. Reading a wrong one throws a JavaScript TypeError and makes ok()
 * false.
 */
class Arguments {
 public:
  static constexpr int MOST = 32;

  Arguments(napi_env env, napi_callback_info info) : env_(env), count_(MOST) {
    napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr);
  }

  bool ok() const { return ok_; }
  napi_env env() const { return env_; }
  int count() const { return static_cast<int>(count_); }

  /**
   * Data of a Float32Array (its byteOffset respected); `length` elements at least are asked for.
   */
  float* floats(int index, int64_t length = 0) {
    return static_cast<float*>(typed(index, napi_float32_array, length));
  }
  int32_t* integers(int index, int64_t length = 0) {
    return static_cast<int32_t*>(typed(index, napi_int32_array, length));
  }
  double* doubles(int index, int64_t length = 0) {
    return static_cast<double*>(typed(index, napi_float64_array, length));
  }

  /** As floats(), with nullptr for null and undefined. */
  float* optionalFloats(int index, int64_t length = 0) {
    return absent(index) ? nullptr : floats(index, length);
  }

  int64_t integer(int index) { return static_cast<int64_t>(number(index)); }

  double number(int index) {
    double value = 0;
    if (index >= count() || napi_get_value_double(env_, values_[index], &value) != napi_ok)
      fail("a number", index);
    return value;
  }

  bool absent(int index) {
    if (index >= count()) return true;
    napi_valuetype type;
    napi_typeof(env_, values_[index], &type);
    return type == napi_null || type == napi_undefined;
  }

  napi_value at(int index) const { return values_[index]; }

  /** Throws a JavaScript TypeError; only the first one of a call counts. */
  void fail(const char* expected, int index) {
    if (ok_) {
      char text[160];
      char* end = text;
      const auto add = [&](const char* part) {
        while (*part != 0 && end < text + sizeof text - 1) *end++ = *part++;
      };
      add("native: argument ");
      const char digits[3] = {static_cast<char>('0' + index / 10 % 10),
                              static_cast<char>('0' + index % 10), 0};
      add(index < 10 ? digits + 1 : digits);
      add(" must be ");
      add(expected);
      *end = 0;
      napi_throw_type_error(env_, nullptr, text);
    }
    ok_ = false;
  }

 private:
  void* typed(int index, napi_typedarray_type wanted, int64_t least) {
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    if (index >= count() ||
        napi_get_typedarray_info(env_, values_[index], &type, &length, &data, nullptr, nullptr) !=
            napi_ok ||
        type != wanted || static_cast<int64_t>(length) < least) {
      fail("a typed array of the right kind and length", index);
      return nullptr;
    }
    return data;
  }

  napi_env env_;
  size_t count_;
  napi_value values_[MOST];
  bool ok_ = true;
};

inline napi_value makeNumber(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

inline napi_value makeBoolean(napi_env env, bool value) {
  napi_value result = nullptr;
  napi_get_boolean(env, value, &result);
  return result;
}

inline napi_value makeString(napi_env env, const char* text) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

inline void exportFunction(napi_env env, napi_value exports, const char* name,
                           napi_callback function) {
  napi_value value = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
  napi_set_named_property(env, exports, name, value);
}

}  // namespace blurcycle
