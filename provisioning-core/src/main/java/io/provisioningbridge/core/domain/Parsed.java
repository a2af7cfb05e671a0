package io.provisioningbridge.core.domain;

import java.util.Optional;
import java.util.function.Function;

/**
 * What became of text from outside: a value, or the problem in words that may be shown to whoever sent it. Outside text
 * enters the domain only through a {@code parse} method that answers with this; an exception from a constructor is a bug.
 *
 * @param <T> what was parsed
 */
public sealed interface Parsed<T> {

    /** The text was right. */
    record Valid<T>(T result) implements Parsed<T> {}

    /** The text was wrong; {@code problem} says how, and what would be right. */
    record Invalid<T>(String problem) implements Parsed<T> {}

    static <T> Parsed<T> valid(T value) {
        return new Valid<>(value);
    }

    static <T> Parsed<T> invalid(String problem) {
        return new Invalid<>(problem);
    }

    /** Both cases answered at once, so that none can be forgotten. */
    default <R> R fold(Function<? super T, ? extends R> whenValid, Function<String, ? extends R> whenInvalid) {
        if (this instanceof Valid<T> valid) {
            return whenValid.apply(valid.result());
        }
        return whenInvalid.apply(((Invalid<T>) this).problem());
    }

    /** The value, empty when the text was wrong. */
    default Optional<T> value() {
        return fold(Optional::of, problem -> Optional.empty());
    }

    /** The value of text that is known to be right. @throws IllegalArgumentException with the problem otherwise */
    default T orThrow() {
        if (this instanceof Valid<T> valid) {
            return valid.result();
        }
        throw new IllegalArgumentException(((Invalid<T>) this).problem());
    }
}
