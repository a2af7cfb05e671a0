/** The words of the domain: values that cannot be wrong, and the one place where a certificate request is judged. */
@NullMarked
package io.provisioningbridge.core.domain;

import org.jspecify.annotations.NullMarked;
