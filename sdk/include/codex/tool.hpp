#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <codex/handlers.hpp>
#include <codex/protocol/everyday.hpp>
#include <codex/schema.hpp>

namespace codex {

namespace protocol {
struct DynamicToolCallResponse;
}

/// An image that a tool shows to the model, as a `data:` URL.
struct ToolImage {
  /// `data:image/png;base64,...`.
  std::string url;
};

/// A part of a tool's result: a text, an image, or any other content of the protocol.
class ToolContent {
 public:
  /// A text.
  ToolContent(const char* text);
  /// A text.
  ToolContent(std::string_view text);
  /// A text.
  ToolContent(std::string text);
  /// An image.
  ToolContent(ToolImage image);
  /// Any other content of the protocol.
  ToolContent(protocol::DynamicToolCallOutputContentItem item);

  /// The piece as it goes over the wire.
  [[nodiscard]] const protocol::DynamicToolCallOutputContentItem& wire() const noexcept {
    return wire_;
  }

 private:
  protocol::DynamicToolCallOutputContentItem wire_;
};

/// A tool's result for the model.
struct ToolResult {
  /// What the model reads, part by part.
  std::vector<ToolContent> content{};
  /// False tells the model, and readers of the turn's events, that the tool failed.
  bool success = true;
};

/// What a tool knows besides its arguments. `stop` is triggered when the result is no longer
/// wanted, for example when the turn was interrupted.
struct ToolContext : HandlerContext {
  /// The id of the call, which is also the id of its item in the turn.
  std::string call_id{};
};

/// Options of a tool.
struct ToolOptions {
  /// Whether the model learns of the tool only when it searches for tools. Only within a namespace.
  bool defer_loading = false;
};

/// A function of this program that the model may call, or a namespace of tools. A cheap value:
/// copies share the function, which may be called on several threads at once.
class Tool {
 public:
  /// The function of a tool. If it throws, the model reads the exception's text.
  using Function = std::function<ToolResult(const Json& arguments, const ToolContext& context)>;

  /// Called with the result of a call, or its error.
  using Done = std::function<void(std::exception_ptr error, ToolResult result)>;
  /// Begins a call. It calls `done` once, when the result is there, from any thread. The arguments
  /// and the context live until it returns.
  using Starter = std::function<void(const Json& arguments, const ToolContext& context, Done done)>;

  /// A tool with a hand-written JSON Schema. Usually you use `codex::tool`.
  Tool(std::string name, std::string description, Json input_schema, Function function,
       ToolOptions options = {});
  /// The same, for a function that delivers its result later.
  [[nodiscard]] static Tool started_by(std::string name, std::string description, Json input_schema,
                                       Starter starter, ToolOptions options = {});

  /// The name that the model uses.
  [[nodiscard]] const std::string& name() const noexcept;
  /// The description for the model.
  [[nodiscard]] const std::string& description() const noexcept;
  /// The schema of the arguments; null for a namespace.
  [[nodiscard]] const Json& input_schema() const noexcept;
  /// Its options.
  [[nodiscard]] const ToolOptions& options() const noexcept;
  /// Whether it is a namespace.
  [[nodiscard]] bool is_namespace() const noexcept;
  /// The tools of a namespace; empty for a tool.
  [[nodiscard]] const std::vector<Tool>& tools() const noexcept;

  /// Calls it as the model does: an exception becomes a result with its text.
  [[nodiscard]] ToolResult call(const Json& arguments, const ToolContext& context = {}) const;
  /// The same, but passes the result to `done`, which must not throw.
  void start(const Json& arguments, const ToolContext& context,
             std::function<void(ToolResult)> done) const;

 private:
  friend Tool tool_namespace(std::string name, std::string description, std::vector<Tool> tools);
  struct Impl;
  explicit Tool(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Groups tools: two namespaces may have tools of the same name.
[[nodiscard]] Tool tool_namespace(std::string name, std::string description,
                                  std::vector<Tool> tools);

namespace detail {

template <class T>
concept StructShape = requires { ShapeOf<T>::members; };

/// The argument type of a tool besides its context; void if none.
template <class... Args>
struct ToolSignature {
  static constexpr bool is_valid = false;
};
template <>
struct ToolSignature<> {
  static constexpr bool is_valid = true;
  static constexpr bool wants_context = false;
  using Arguments = void;
};
template <class A>
struct ToolSignature<A> {
  static constexpr bool is_valid = true;
  static constexpr bool wants_context = false;
  using Arguments = A;
};
template <>
struct ToolSignature<ToolContext> {
  static constexpr bool is_valid = true;
  static constexpr bool wants_context = true;
  using Arguments = void;
};
template <class A>
struct ToolSignature<A, ToolContext> {
  static constexpr bool is_valid = true;
  static constexpr bool wants_context = true;
  using Arguments = A;
};

template <class F>
struct ToolSignatureOf : ToolSignature<ToolContext, ToolContext> {};  // not valid
template <class R, class... Args>
struct ToolSignatureOf<std::function<R(Args...)>> : ToolSignature<std::remove_cvref_t<Args>...> {};

ToolResult text_result(const Json& json);
ToolResult wire_result(protocol::DynamicToolCallResponse response);

/// Throws CodexError, for the model to read.
void read_arguments(const Shape& shape, void* arguments, const Json& json);

/// The schema for no arguments, or for any.
Json open_schema();

template <class T>
Json arguments_schema() {
  if constexpr (std::is_void_v<T> || std::same_as<T, Json>) {
    return open_schema();
  } else {
    return schema_of<T>();
  }
}

template <class R>
ToolResult tool_result(R&& result) {
  using Result = std::remove_cvref_t<R>;
  if constexpr (std::same_as<Result, ToolResult>) {
    return std::forward<R>(result);
  } else if constexpr (std::same_as<Result, protocol::DynamicToolCallResponse>) {
    return wire_result(std::forward<R>(result));
  } else if constexpr (std::same_as<Result, std::vector<ToolContent>>) {
    return {.content = std::forward<R>(result)};
  } else if constexpr (std::same_as<Result, Json>) {
    return text_result(result);
  } else if constexpr (Described<Result> && !std::same_as<Result, std::string>) {
    return text_result(write_value(shape_of<Result>(), &result));
  } else {
    static_assert(std::convertible_to<R, ToolContent>,
                  "A tool returns nothing, a text, codex::Json, a type with a CODEX_DESCRIBE, "
                  "codex::ToolImage, std::vector<codex::ToolContent>, codex::ToolResult or "
                  "codex::protocol::DynamicToolCallResponse.");
    return {.content = {std::forward<R>(result)}};
  }
}

/// Starts a tool that is a coroutine, and keeps the objects that it may refer to until it ends.
template <class Call>
void start_tool(std::shared_ptr<const Call> call, const Tool::Done& done) {
  auto task = call->start();
  using Value = AwaitedValue<decltype(task)>;
  if constexpr (std::is_void_v<Value>) {
    run_for_handler(std::move(task), call->context, [call, done](const std::exception_ptr& error) {
      done(error, {.content = {"done"}});
    });
  } else {
    run_for_handler(std::move(task), call->context,
                    [call, done](const std::exception_ptr& error, std::optional<Value> value) {
                      try {
                        done(error, error ? ToolResult{} : tool_result(*std::move(value)));
                      } catch (...) {
                        done(std::current_exception(), {});
                      }
                    });
  }
}

/// One call: its arguments and its context. Without an argument type, the arguments are the model's
/// JSON.
template <class Signature, class F>
struct OneToolCall {
  static constexpr bool is_typed = !std::is_void_v<typename Signature::Arguments> &&
                                   !std::same_as<typename Signature::Arguments, Json>;
  using Arguments = std::conditional_t<is_typed, typename Signature::Arguments, Json>;

  OneToolCall(std::shared_ptr<F> to_call, const Json& json, ToolContext called_with)
      : function(std::move(to_call)), context(std::move(called_with)) {
    if constexpr (is_typed) {
      read_arguments(shape_of<Arguments>(), &arguments, json);
    } else {
      arguments = json;
    }
  }

  decltype(auto) start() const {
    if constexpr (std::is_void_v<typename Signature::Arguments>) {
      if constexpr (Signature::wants_context)
        return (*function)(context);
      else
        return (*function)();
    } else {
      if constexpr (Signature::wants_context)
        return (*function)(arguments, context);
      else
        return (*function)(arguments);
    }
  }

  std::shared_ptr<F> function;
  Arguments arguments{};
  ToolContext context;
};

}  // namespace detail

/// A tool from a function:
///
///     auto forecast = codex::tool("forecast", "Weather for a city",
///                                 [](const Place& place) { return "sunny in " + place.city; });
///
/// The function takes a struct with a CODEX_DESCRIBE, which defines the JSON Schema, or any
/// arguments as `const Json&`, or none, optionally followed by a `const ToolContext&`. It returns a
/// text, a described type or `Json` (the model reads it as JSON), a `ToolImage`, a
/// `std::vector<ToolContent>`, a `ToolResult`, the protocol's `DynamicToolCallResponse`, or
/// nothing; or, as a coroutine, a `codex::Task` of any of these. If it throws, or if the arguments
/// do not fit, the model reads the text of the exception, and the turn continues.
///
/// Like `Handlers` it runs on a thread of the SDK, several calls at once, and within
/// `CodexConfig::handler_timeout`.
template <class F>
[[nodiscard]] Tool tool(std::string name, std::string description, F&& function,
                        ToolOptions options = {}) {
  using Function = std::decay_t<F>;
  static_assert(
      requires { std::function(std::declval<Function>()); },
      "A tool is made of something that can be called in one way and can be copied: it "
      "cannot have auto parameters.");
  using Signature = detail::ToolSignatureOf<decltype(std::function(std::declval<Function>()))>;
  static_assert(Signature::is_valid,
                "A tool takes its arguments and, behind them, a const codex::ToolContext&; it may "
                "leave out either.");
  using Arguments = typename Signature::Arguments;
  static_assert(
      std::is_void_v<Arguments> || std::same_as<Arguments, Json> || detail::StructShape<Arguments>,
      "The arguments of a tool are a struct with a CODEX_DESCRIBE, or codex::Json.");
  using Call = detail::OneToolCall<Signature, Function>;
  const auto shared = std::make_shared<Function>(std::forward<F>(function));
  Json schema = detail::arguments_schema<Arguments>();
  if constexpr (detail::is_task<decltype(std::declval<const Call&>().start())>) {
    const auto start = [shared](const Json& arguments, const ToolContext& context,
                                Tool::Done done) {
      detail::start_tool(std::make_shared<const Call>(shared, arguments, context), std::move(done));
    };
    return Tool::started_by(std::move(name), std::move(description), std::move(schema), start,
                            options);
  } else {
    const auto run = [shared](const Json& arguments, const ToolContext& context) -> ToolResult {
      const Call call(shared, arguments, context);
      if constexpr (std::is_void_v<decltype(call.start())>) {
        call.start();
        return {.content = {"done"}};
      } else {
        return detail::tool_result(call.start());
      }
    };
    return Tool(std::move(name), std::move(description), std::move(schema), run, options);
  }
}

}  // namespace codex
