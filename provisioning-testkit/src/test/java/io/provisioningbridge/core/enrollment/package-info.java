@NullMarked
package io.provisioningbridge.core.enrollment;

import org.jspecify.annotations.NullMarked;
