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

/// A piece of what a tool gives to the model: a text, an image, or whatever else the protocol has.
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
  /// Whatever else the protocol has.
  ToolContent(protocol::DynamicToolCallOutputContentItem item);

  /// The piece as it goes over the wire.
  [[nodiscard]] const protocol::DynamicToolCallOutputContentItem& wire() const noexcept {
    return wire_;
  }

 private:
  protocol::DynamicToolCallOutputContentItem wire_;
};

/// What a tool gives to the model.
struct ToolResult {
  /// What the model reads, piece by piece.
  std::vector<ToolContent> content{};
  /// False tells the model, and whoever watches the turn, that the tool failed.
  bool success = true;
};

/// What a tool may want to know besides its arguments. `stop` is requested when nobody waits for
/// the result any more, as when the turn was interrupted.
struct ToolContext : HandlerContext {
  /// The id of the call, which is that of its item in the turn, too.
  std::string call_id{};
};

/// More about a tool.
struct ToolOptions {
  /// Whether the model is told of the tool only when it looks for one. Within a namespace only.
  bool defer_loading = false;
};

/// A function of this program that the model may call, or a namespace of such. A cheap value:
/// copies share the function, which may be called on several threads at once.
class Tool {
 public:
  /// The function behind a tool. Where it throws, the model is told what.
  using Function = std::function<ToolResult(const Json& arguments, const ToolContext& context)>;

  /// Begins a call, and leaves its result, or its error, when it comes.
  using Done = std::function<void(std::exception_ptr error, ToolResult result)>;
  /// For the SDK itself.
  using Starter = std::function<void(const Json& arguments, const ToolContext& context, Done done)>;

  /// A tool whose JSON Schema is written by hand. Most are made by `codex::tool`.
  Tool(std::string name, std::string description, Json input_schema, Function function,
       ToolOptions options = {});
  /// The same, for a function that does not give its result at once.
  [[nodiscard]] static Tool started_by(std::string name, std::string description, Json input_schema,
                                       Starter starter, ToolOptions options = {});

  /// What the model calls it by.
  [[nodiscard]] const std::string& name() const noexcept;
  /// What the model knows of it.
  [[nodiscard]] const std::string& description() const noexcept;
  /// Of the arguments; null for a namespace.
  [[nodiscard]] const Json& input_schema() const noexcept;
  /// More about it.
  [[nodiscard]] const ToolOptions& options() const noexcept;
  /// Whether it is a namespace.
  [[nodiscard]] bool is_namespace() const noexcept;
  /// What is in a namespace; empty for a tool.
  [[nodiscard]] const std::vector<Tool>& tools() const noexcept;

  /// Calls it as the model does: what it throws becomes a result that tells of it.
  [[nodiscard]] ToolResult call(const Json& arguments, const ToolContext& context = {}) const;
  /// The same, handing the result over where it comes; `done` must not throw.
  void start(const Json& arguments, const ToolContext& context,
             std::function<void(ToolResult)> done) const;

 private:
  friend Tool tool_namespace(std::string name, std::string description, std::vector<Tool> tools);
  struct Impl;
  explicit Tool(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Tools that belong together: two namespaces may have tools of the same name.
[[nodiscard]] Tool tool_namespace(std::string name, std::string description,
                                  std::vector<Tool> tools);

namespace detail {

template <class T>
concept StructShape = requires { ShapeOf<T>::members; };

/// What a tool takes beside its context; void when nothing.
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

/// The schema of arguments that are none, or that can be any.
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

/// Starts a tool that is a coroutine, and keeps what it may refer to until its end.
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

/// The arguments of one call, and what else it is called with. Without arguments, they are the JSON
/// that the model gave.
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
/// The function takes a struct with a CODEX_DESCRIBE, which gives the JSON Schema, or any arguments
/// as `const Json&`, or none; behind them, if it likes, a `const ToolContext&`. It returns a text,
/// a described type or `Json` (the model reads it as JSON), a `ToolImage`, a
/// `std::vector<ToolContent>`, a `ToolResult`, the protocol's `DynamicToolCallResponse`, or
/// nothing; or a `codex::Task` of any of these, when it is a coroutine. Where it throws, and where
/// the arguments do not fit, the model is told what was wrong, in the words of the exception, and
/// the turn goes on.
///
/// It runs on a thread of the SDK, several calls at once, as `Handlers` do, and within
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
