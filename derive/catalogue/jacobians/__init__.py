"""Jacobian matrices of vectorised functions, J[i, j] = ∂y_i/∂x_j."""
