#pragma once

/// For programs with Qt's event loop, 5.10 or later (Debian: qtbase5-dev, qt6-base-dev). Needs only
/// Qt Core, and no moc.

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <QtCore/QCoreApplication>
#include <QtCore/QMetaObject>
#include <QtCore/QObject>

#include <codex/async/fwd.hpp>

namespace codex {

/// Runs coroutines in the event loop of an object's thread, for as long as the object lives: a
/// window, a session, the application itself. May outlive the object. Functions posted during or
/// after its destruction are dropped, so let the object own its tasks:
///
///     class Window : public QWidget {
///       codex::TaskScope tasks_{codex::qt_executor(this)};
///     };
[[nodiscard]] inline Executor qt_executor(QObject* object = QCoreApplication::instance()) {
  struct Target {
    std::mutex mutex;
    QObject* object;
  };
  const auto target = std::make_shared<Target>();
  target->object = object;
  if (object != nullptr) {
    QObject::connect(object, &QObject::destroyed, [target] {
      const std::lock_guard lock(target->mutex);
      target->object = nullptr;
    });
  }
  return [target](std::function<void()> fn) {
    const std::lock_guard lock(target->mutex);
    if (target->object == nullptr) return;
    QMetaObject::invokeMethod(target->object, std::move(fn), Qt::QueuedConnection);
  };
}

}  // namespace codex
