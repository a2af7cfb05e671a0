@NullMarked
package io.provisioningbridge.core.domain;

import org.jspecify.annotations.NullMarked;
