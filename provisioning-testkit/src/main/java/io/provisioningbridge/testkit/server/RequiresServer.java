package io.provisioningbridge.testkit.server;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test runs a real server, and so needs its programs on the {@code PATH}. Where one is missing the test is skipped with
 * a line on standard output that begins {@code SKIPPED (real server):}. The environment variable
 * {@value RequiresServerCondition#VARIABLE} changes that: {@code required} makes the test fail instead, {@code off} skips
 * it always, anything else but empty is an error.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(RequiresServerCondition.class)
public @interface RequiresServer {

    /** The programs, as one would type them; a name that contains a slash is looked up as a path. */
    String[] value();
}
